/* The page after a sign-out, alive: asks for news while an application is still to hear,
   hears what frames say of themselves, and goes on when all have loaded, after 5 s at the
   latest. */
(function () {
  var list = document.getElementById("applications"), next = document.getElementById("continue");
  var patience = 5000, asking = 60000, began = Date.now(), gone = false;
  var frames = list ? Array.prototype.slice.call(list.getElementsByTagName("iframe")) : [];
  var loading = frames.length, open = !!list && list.hasAttribute("data-open");

  function go() {
    if (next && !gone) { gone = true; location.replace(next.href); }
  }
  function goWhenDone() {
    if (loading <= 0 && !open) setTimeout(go, frames.length ? 300 : 1500);
  }
  function show(client, heard, text) {
    Array.prototype.forEach.call(list.children, function (item) {
      if (item.getAttribute("data-client") !== client || item.getAttribute("data-heard") === heard) return;
      item.setAttribute("data-heard", heard);
      item.getElementsByClassName("heard")[0].textContent = text;
    });
  }
  function news() {
    return fetch(list.getAttribute("data-news"), { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (told) {
        told.applications.forEach(function (a) { show(a.client, a.heard, a.text); });
        open = told.open;
        goWhenDone();
      });
  }
  function ask(wait) {
    if (!open || gone || Date.now() - began > asking) return;
    function again() { setTimeout(function () { ask(Math.min(wait * 2, 4000)); }, wait); }
    news().then(again, again);
  }
  /* A frame may post {type: "curfew:signed-out"} from its own origin. */
  function heard(event) {
    frames.forEach(function (frame) {
      var told = event.data && event.data.type === "curfew:signed-out";
      if (!told || event.source !== frame.contentWindow || event.origin !== new URL(frame.src).origin) return;
      fetch(list.getAttribute("data-news"), { method: "POST", keepalive: true,
        body: new URLSearchParams({ client: frame.parentNode.getAttribute("data-client") }) }).then(news);
    });
  }

  window.addEventListener("message", heard);
  frames.forEach(function (frame) {
    frame.addEventListener("load", function () { loading--; goWhenDone(); });
  });
  if (open) setTimeout(function () { ask(500); }, 200);
  if (next) setTimeout(go, patience);
  goWhenDone();
})();
