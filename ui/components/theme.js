// Light, dark, or as the system has it. Streamlit keeps the choice for each page of an app; here it is for all of them.
const STORED = "stActiveTheme-";
const VERSION = "-v2";

export default function ({ data, parentElement }) {
  const key = (path) => `${STORED}${path}${VERSION}`;
  const now = JSON.parse(localStorage.getItem(key(location.pathname)) ?? '"System"');
  show(parentElement, [data, now], () => element("div", { role: "group", className: "themes", "aria-label": "Theme" },
    ...["System", "Light", "Dark"].map((name) => {
      const button = element("button", { type: "button", className: "quiet", textContent: name, onclick: () => {
        for (const path of data.paths) localStorage.setItem(key(path), JSON.stringify(name));
        location.reload();
      } });
      button.setAttribute("aria-pressed", String(name === now));
      return button;
    })));
}
