/* The operator's page, alive: looks for news every 2 s while it is seen, and leaves alone what
   has not changed, so that buttons stay where they are. */
(function () {
  var pause = 2000, failures = 0;

  function byName(list) {
    var found = {};
    Array.prototype.forEach.call(list.querySelectorAll("[data-signout]"), function (one) {
      found[one.getAttribute("data-signout")] = one;
    });
    return found;
  }
  /* The ticket is sealed anew each time; it is no news. */
  function gist(node) {
    return node.innerHTML.replace(/name="ticket" value="[^"]*"/g, "");
  }
  function take(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("receipts");
    var shown = document.getElementById("receipts");
    if (!fresh) { location.reload(); return; }
    if (gist(fresh) === gist(shown)) return;
    var before = byName(shown), after = byName(fresh);
    Object.keys(after).forEach(function (id) {
      if (before[id] && gist(before[id]) === gist(after[id])) after[id].replaceWith(before[id]);
    });
    shown.replaceChildren.apply(shown, Array.prototype.slice.call(fresh.childNodes));
  }
  function look() {
    if (document.hidden) { setTimeout(look, pause); return; }
    fetch(location.href, { credentials: "same-origin", cache: "no-store" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
      .then(function (text) { failures = 0; take(text); })
      .catch(function (status) { failures += 1; if (status === 401 || status === 403) location.reload(); })
      .then(function () { setTimeout(look, pause * Math.min(failures + 1, 15)); });
  }
  setTimeout(look, pause);
})();
