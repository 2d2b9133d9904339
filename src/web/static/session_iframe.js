/* Answers applications that ask "CLIENT_ID STATE": "unchanged", "changed" or "error". STATE
   is the session's id, as keycloak-js sends it, the salted value of OpenID Connect Session
   Management 1.0 section 3.2, or nothing: nobody was signed in. */
(function () {
  var name = document.body.getAttribute("data-value"), trust = 60000, known = {};

  /* Whether the origin is one of the client's, asked of the server once a minute. */
  function allowed(client, origin) {
    var key = JSON.stringify([client, origin]), before = known[key];
    if (before && Date.now() - before.at < trust) return before.answer;
    var query = "client_id=" + encodeURIComponent(client) + "&origin=" + encodeURIComponent(origin);
    var answer = fetch("login-status-iframe.html/init?" + query, { credentials: "same-origin" })
      .then(function (told) { return told.status === 204; });
    answer.catch(function () { delete known[key]; });
    known[key] = { at: Date.now(), answer: answer };
    return answer;
  }
  function browserState() {
    var found = document.cookie.split("; ").filter(function (c) { return c.indexOf(name + "=") === 0; });
    return found.length ? found[0].slice(name.length + 1) : "";
  }
  function hash(text) {
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)).then(function (digest) {
      return btoa(String.fromCharCode.apply(null, new Uint8Array(digest)))
        .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
    });
  }
  function same(client, origin, state) {
    var now = browserState(), salt = state.slice(state.indexOf(".") + 1);
    if (!now || !state) return Promise.resolve(!now && !state);
    return Promise.all([hash(state), hash([client, origin, now, salt].join(" "))]).then(function (hashes) {
      return hashes[0] === now || hashes[1] + "." + salt === state;
    });
  }
  function judge(text, origin) {
    var space = text.lastIndexOf(" "), client = text.slice(0, space), state = text.slice(space + 1);
    if (space <= 0) return Promise.resolve("error");
    return allowed(client, origin).then(function (may) {
      return !may ? "error" : same(client, origin, state).then(function (yes) {
        return yes ? "unchanged" : "changed";
      });
    });
  }
  window.addEventListener("message", function (event) {
    if (typeof event.data !== "string" || !event.source || event.source === window) return;
    function answer(text) { event.source.postMessage(text, event.origin); }
    judge(event.data, event.origin).then(answer, function () { answer("error"); });
  });
})();
