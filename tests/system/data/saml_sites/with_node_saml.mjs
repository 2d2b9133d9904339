// A site with node-saml. It is told of logouts behind the browser's back, by a form that the
// server posts, and answers with a redirect that carries its LogoutResponse.
// Run: node with_node_saml.mjs SETTINGS; `modules` there is the folder of node_modules.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const here = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { SAML } = createRequire(here.modules + "/")("@node-saml/node-saml");

const provider = readFileSync(here.provider, "utf8");
const certificate = readFileSync(here.certificate, "utf8");
const endpoint = provider.match(/SingleSignOnService[^>]*HTTP-Redirect[^>]*Location="([^"]+)"/)[1];
const saml = new SAML({
	issuer: here.url + "/metadata",
	callbackUrl: here.url + "/acs",
	logoutCallbackUrl: here.url + "/slo",
	entryPoint: endpoint,
	logoutUrl: endpoint,
	idpCert: [...provider.matchAll(/X509Certificate>([^<]+)</g)].map((found) => found[1]),
	idpIssuer: provider.match(/entityID="([^"]+)"/)[1],
	privateKey: readFileSync(here.key, "utf8"),
	signatureAlgorithm: "sha256",
	digestAlgorithm: "sha256",
	wantAssertionsSigned: true,
	wantAuthnResponseSigned: true,
	validateInResponseTo: "ifPresent", // it looks for none in what answers a logout
	disableRequestedAuthnContext: true,
	identifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
});
const sessions = new Map();

function escaped(text) {
	return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

function page(answer, text, status = 200) {
	answer.writeHead(status, { "content-type": "text/html" }).end(text);
}

function redirect(answer, location, headers = {}) {
	answer.writeHead(302, { location, ...headers }).end();
}

async function form(request) {
	let body = "";
	for await (const part of request)
		body += part;
	return Object.fromEntries(new URLSearchParams(body));
}

async function consume(visitor, request, answer) {
	const { profile } = await saml.validatePostResponseAsync(await form(request));
	const name = randomUUID();
	sessions.set(name, profile);
	redirect(answer, "/", { "set-cookie": `node_visitor=${name}; Path=/; HttpOnly` });
}

async function slo(visitor, request, answer) {
	if (request.method === "POST") {
		const sent = await form(request);
		if (sent.SAMLResponse) {
			const { loggedOut } = await saml.validatePostResponseAsync(sent);
			if (loggedOut)
				sessions.delete(visitor);
			return redirect(answer, "/");
		}
		const { profile: asked } = await saml.validatePostRequestAsync(sent);
		for (const [name, profile] of sessions) {
			if (profile.nameID === asked.nameID && profile.sessionIndex === asked.sessionIndex)
				sessions.delete(name);
		}
		return redirect(answer,
			await saml.getLogoutResponseUrlAsync(asked, sent.RelayState ?? "", {}, true));
	}
	page(answer, "Told by forms only.", 405);
}

const routes = {
	"/": (visitor, request, answer) => {
		const profile = sessions.get(visitor);
		page(answer, profile ? `<p id="user">${escaped(profile.email)}</p>`
			: '<p id="nobody">Nobody is signed in.</p>');
	},
	"/metadata": (visitor, request, answer) => answer.writeHead(200, { "content-type": "text/xml" })
		.end(saml.generateServiceProviderMetadata(null, certificate)),
	"/login": async (visitor, request, answer) =>
		redirect(answer, await saml.getAuthorizeUrlAsync("", undefined, {})),
	"/logout": async (visitor, request, answer) =>
		redirect(answer, await saml.getLogoutUrlAsync(sessions.get(visitor), "", {})),
	"/acs": consume,
	"/slo": slo,
};

createServer(async (request, answer) => {
	const url = new URL(request.url, here.url);
	const visitor = /node_visitor=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
	console.log(request.method, request.url.slice(0, 200));
	try {
		if (!routes[url.pathname])
			return page(answer, "There is no such page.", 404);
		await routes[url.pathname](visitor, request, answer);
	} catch (error) {
		console.log(error);
		page(answer, `<pre id="refused">${escaped(String(error.stack))}</pre>`, 500);
	}
}).listen(here.port, "127.0.0.1");
