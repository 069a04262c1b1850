// Each page in a frame of its own, at each width, examined by axe and by hand; what is found stands in the document.
// Pages keep their content security policy where their own script is tried, and lose it where axe has to run in them.
(async function () {
  "use strict";
  const given = JSON.parse(document.getElementById("given").textContent);
  const axeSource = document.getElementById("axe").textContent;
  const results = [];
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

  function frame(html, width, height) {
    return new Promise((resolve) => {
      const made = document.createElement("iframe");
      made.width = width;
      made.height = height;
      made.addEventListener("load", () => resolve(made));
      made.srcdoc = html;
      document.body.appendChild(made);
    });
  }

  async function examine(name, html, width) {
    const made = await frame(html.replace(policy, ""), width, 2000);
    const inside = made.contentWindow, root = made.contentDocument.documentElement;
    inside.eval(axeSource);
    const found = await inside.axe.run(made.contentDocument, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    results.push({
      page: name,
      width: width,
      title: made.contentDocument.title,
      passes: found.passes.length,
      violations: found.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(" | ")),
      unsure: found.incomplete.map((v) => v.id),
      overflow: root.scrollWidth - root.clientWidth,
    });
    made.remove();
  }

  for (const page of given.pages) {
    for (const width of given.widths) { await examine(page.name, page.html, width); }
  }

  // The overview's own script, under the page's own policy.
  const made = await frame(given.overview, 1200, 2000);
  const doc = made.contentDocument, form = doc.getElementById("find"), list = doc.getElementById("list");
  const names = () => Array.from(list.tBodies[0].rows, (row) => row.cells[0].textContent);
  const type = (field, value) => {
    form.elements[field].value = value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const script = { shown: !form.hidden, all: names() };
  type("words", given.words);
  script.searched = names();
  script.said = doc.getElementById("found").textContent;
  type("words", "");
  const heads = Array.from(list.tHead.rows[0].cells);
  heads[0].querySelector("button").click();
  script.byName = names();
  script.sort = heads[0].getAttribute("aria-sort");
  heads[0].querySelector("button").click();
  script.byNameDown = names();
  script.link = list.tBodies[0].rows[0].querySelector("a").getAttribute("href");

  const plan = await frame(given.plan, 1200, 2000);
  const filter = plan.contentDocument.getElementById("filter");
  script.before = plan.contentDocument.querySelectorAll(".fault[data-severity]:not([hidden])").length;
  filter.querySelector("input[value=" + given.severity + "]").click();
  script.after = Array.from(plan.contentDocument.querySelectorAll(".fault[data-severity]:not([hidden])"),
    (fault) => fault.dataset.severity);
  script.colour = plan.contentWindow.getComputedStyle(plan.contentDocument.querySelector(".top")).backgroundColor;

  document.getElementById("out").textContent = JSON.stringify({ results: results, script: script });
})().catch((error) => { document.getElementById("out").textContent = JSON.stringify({ error: String(error) }); });
