/* Optional: without it the list is sorted already and has pages of its own. */
(function () {
  "use strict";
  var PER = 25, source = document.getElementById("data"), form = document.getElementById("find");
  if (!source || !form) { return; }
  var data = JSON.parse(source.textContent), table = document.getElementById("list"), body = table.tBodies[0];
  var turn = document.getElementById("turn"), at = document.getElementById("at"), found = document.getElementById("found");
  var fixed = document.querySelector(".turn.static");
  var key = null, down = false, page = 0, rows = data.rows;
  var byName = new Intl.Collator("en-GB", { numeric: true });
  data.grades.forEach(function (name, index) {
    var option = document.createElement("option");
    option.value = String(index);
    option.textContent = name;
    form.grade.appendChild(option);
  });
  function cell(row, words, number) {
    var made = document.createElement("td");
    if (number) { made.className = "n"; }
    made.textContent = words;
    row.appendChild(made);
  }
  function draw() {
    var last = Math.max(0, Math.ceil(rows.length / PER) - 1);
    page = Math.min(Math.max(page, 0), last);
    var some = rows.slice(page * PER, page * PER + PER), list = document.createDocumentFragment();
    some.forEach(function (plan) {
      var row = document.createElement("tr"), head = document.createElement("th"), link = document.createElement("a");
      head.scope = "row";
      link.href = plan[1];
      link.textContent = plan[0];
      head.appendChild(link);
      row.appendChild(head);
      cell(row, plan[2] === null ? "–" : plan[2].toFixed(1), true);
      cell(row, data.grades[plan[3]], false);
      cell(row, plan[4] + "%", true);
      [5, 6, 7, 8].forEach(function (field) { cell(row, plan[field] ? String(plan[field]) : "–", true); });
      list.appendChild(row);
    });
    body.replaceChildren(list);
    turn.hidden = last === 0;
    at.textContent = "Page " + (page + 1) + " of " + (last + 1);
    turn.querySelector("[data-step='-1']").disabled = page === 0;
    turn.querySelector("[data-step='1']").disabled = page === last;
    table.caption.textContent = "List of plans";
    found.textContent = rows.length === 0 ? "No plan is like this." :
      "Plans " + (page * PER + 1) + " to " + (page * PER + some.length) + " of " + rows.length + ".";
  }
  function choose() {
    var words = form.words.value.trim().toLowerCase(), grade = form.grade.value, severity = form.severity.value;
    rows = data.rows.filter(function (plan) {
      return (!words || plan[0].toLowerCase().indexOf(words) >= 0) && (grade === "" || plan[3] === Number(grade)) &&
        (severity === "" || plan[Number(severity)] > 0);
    });
    if (key !== null) {
      rows.sort(function (one, two) {
        var a = one[key], b = two[key], order;
        if (key === 0) { order = byName.compare(a, b); }
        else { order = (a === null ? -1 : a) - (b === null ? -1 : b); }
        return down ? -order : order;
      });
    }
    page = 0;
    draw();
  }
  table.querySelectorAll("thead th").forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = head.textContent;
    button.addEventListener("click", function () {
      var field = Number(head.dataset.key), again = head.hasAttribute("aria-sort");
      down = again ? head.getAttribute("aria-sort") === "ascending" : field > 4;
      key = field;
      table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      choose();
    });
    head.replaceChildren(button);
  });
  form.addEventListener("input", choose);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  turn.addEventListener("click", function (event) {
    var step = Number(event.target.dataset.step || 0);
    if (step) {
      page += step;
      draw();
      table.parentNode.scrollTop = 0;
      found.scrollIntoView({ block: "nearest" });
    }
  });
  form.hidden = false;
  if (fixed) { fixed.hidden = true; }
  draw();
})();
