// The articles as a table: a heading sorts, a title opens. On a phone there are no headings; a select sorts.
function sorting(data, sort) {
  const options = data.columns.map((name) => element("option",
    { value: name, selected: name === data.sort, textContent: name[0].toUpperCase() + name.slice(1) }));
  const select = element("select", { onchange: () => sort(select.value) }, ...options);
  const turn = element("button", { type: "button", className: "quiet", textContent: data.descending ? "↓" : "↑",
    title: "Turn the order round", "aria-label": "Turn the order round", onclick: () => sort(data.sort) });
  return element("div", { className: "sorting" }, element("label", {}, "Sort by ", select), turn);
}

export default function ({ data, parentElement, setTriggerValue }) {
  show(parentElement, data, () => {
    const heads = data.columns.map((name) => {
      const arrow = name === data.sort ? (data.descending ? " ↓" : " ↑") : "";
      const button = element("button", { type: "button", className: "plain", textContent: name + arrow,
        "aria-label": name, onclick: () => setTriggerValue("sort", name) });
      const head = element("th", { scope: "col", className: name }, button);
      head.setAttribute("aria-sort", arrow ? (data.descending ? "descending" : "ascending") : "none");
      return head;
    });
    const rows = data.rows.map((row) => {
      const open = element("button", { type: "button", className: "plain title", dir: "auto", textContent: row.title,
        onclick: () => { openedBy(open); setTriggerValue("read", row.id); } });
      return element("tr", {}, ...data.columns.map((name) => name === "title"
        ? element("td", { className: name }, open)
        : element("td", { className: name, dir: "auto", textContent: row[name], "data-name": name })));
    });
    return element("div", {}, sorting(data, (name) => setTriggerValue("sort", name)), element("table", {},
      element("caption", { className: "hidden", textContent: "Articles" }),
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
  });
}
