// Questions that failed: what was expected beside what came.
export default function ({ data, parentElement }) {
  show(parentElement, data, () => element("div", {}, ...data.map((row) => {
    const side = (name, text) => element("div", {}, element("h4", { textContent: name }),
      element("p", { dir: "auto", textContent: text || "–" }));
    return element("details", {},
      element("summary", {}, element("span", { dir: "auto", textContent: row.question }), ` (${row.verdict})`),
      element("div", { className: "sides" }, side("Expected", row.expected), side("Came", row.came)),
      row.best ? element("p", { className: "best", dir: "auto", textContent: `Best sentence: ${row.best}` }) : null);
  })));
}
