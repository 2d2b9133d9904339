/* Tells the application around this frame whether the browser lets frames keep cookies: the
   first page sets one, the second looks for it. */
(function () {
  var cookie = "CURFEW_COOKIE_TEST", attributes = "; Path=/; SameSite=None; Secure";
  if (document.body.getAttribute("data-value") === "step1.html") {
    document.cookie = cookie + "=1" + attributes;
    location.replace("step2.html");
    return;
  }
  var kept = document.cookie.split("; ").indexOf(cookie + "=1") >= 0;
  document.cookie = cookie + "=; Max-Age=0" + attributes;
  parent.postMessage(kept ? "supported" : "unsupported", "*");
})();
