// The articles as a table: a heading sorts, a title opens.
export default function ({ data, parentElement, setTriggerValue }) {
  show(parentElement, data, () => {
    const heads = data.columns.map((name) => {
      const arrow = name === data.sort ? (data.descending ? " ↓" : " ↑") : "";
      const button = element("button", { type: "button", className: "plain", textContent: name + arrow,
        onclick: () => setTriggerValue("sort", name) });
      const head = element("th", { scope: "col", className: name }, button);
      head.setAttribute("aria-sort", arrow ? (data.descending ? "descending" : "ascending") : "none");
      return head;
    });
    const rows = data.rows.map((row) => {
      const open = element("button", { type: "button", className: "plain title", dir: "auto", textContent: row.title,
        onclick: () => { document.footnoteOpener = open; setTriggerValue("read", row.id); } });
      return element("tr", {}, ...data.columns.map((name) => name === "title"
        ? element("td", { className: name }, open)
        : element("td", { className: name, dir: "auto", textContent: row[name], "data-name": name })));
    });
    return element("div", {}, element("table", {},
      element("caption", { className: "hidden", textContent: "Articles" }),
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
  });
}
