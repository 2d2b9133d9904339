/* Goes on when all frames have loaded, after 5 s at the latest. */
(function () {
  var frames = document.getElementsByTagName("iframe"), open = frames.length, gone = false;
  function go() { if (!gone) { gone = true; location.replace(document.getElementById("continue").href); } }
  function loaded() { if (--open <= 0) setTimeout(go, 300); }
  for (var i = 0; i < frames.length; i++) frames[i].addEventListener("load", loaded);
  setTimeout(go, 5000);
})();
