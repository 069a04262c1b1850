/* Optional: without it all findings are shown. */
(function () {
  "use strict";
  var form = document.getElementById("filter"), said = document.getElementById("filtered");
  if (!form) { return; }
  form.hidden = false;
  var faults = Array.prototype.slice.call(document.querySelectorAll(".fault[data-severity]"));
  form.addEventListener("change", function () {
    var wanted = {}, shown = 0;
    form.querySelectorAll("input:checked").forEach(function (box) { wanted[box.value] = true; });
    faults.forEach(function (fault) {
      fault.hidden = !wanted[fault.dataset.severity];
      if (!fault.hidden) { shown += 1; }
    });
    document.querySelectorAll(".section").forEach(function (section) {
      var all = section.querySelectorAll(".fault[data-severity]");
      section.hidden = all.length > 0 && section.querySelectorAll(".fault:not([hidden])").length === 0;
    });
    said.textContent = "Showing " + shown + " of " + faults.length + " kinds of finding.";
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
})();
