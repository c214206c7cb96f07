// An article beside the answer, with the quote marked and scrolled to; buttons and arrow keys go to other footnotes.
// On a phone it covers the page, and the keyboard stays in it.
const covers = matchMedia("(max-width: 899px)");

export default function ({ data, parentElement, setTriggerValue }) {
  const close = () => {
    setTriggerValue("close", true);
    if (document.footnoteOpener?.isConnected) document.footnoteOpener.focus();
  };
  const go = (step) => data.count > 1 && setTriggerValue("go", step);
  const root = show(parentElement, data, () => drawn(data, close, go, () => setTriggerValue("remove", true)));
  if (!root.contains(root.getRootNode().activeElement) && !root.begun) {
    root.querySelector(".article").focus({ preventScroll: true });
  }
  return lasting(parentElement, () => {
    if (!root.begun && data.count > 1) follow(data.place);
    root.begun = true;
    const ends = [listen(root, close, go), cover(root), centre(root), keepInSight(root)];
    if (document.footnoteOpener) document.footnoteOpener.ariaCurrent = "true";
    return () => {
      for (const end of ends) end();
      if (document.footnoteOpener) document.footnoteOpener.ariaCurrent = null;
    };
  });
}

function drawn(data, close, go, remove) {
  const article = element("div", { className: "article", tabIndex: 0, role: "region", dir: "auto" });
  article.setAttribute("aria-label", `Article: ${data.title}`);
  article.append(data.before, ...(data.quote ? [element("mark", { textContent: data.quote })] : []), data.after);
  const button = (text, label, onclick) =>
    element("button",
      { type: "button", className: "quiet", textContent: text, title: label, "aria-label": label, onclick });
  const root = element("section", { className: "source", "aria-label": data.title },
    element("div", { className: "head" },
      element("h2", { dir: "auto", textContent: data.title }),
      element("div", { className: "tools" },
        data.removable ? button("Remove", "Remove this article", remove) : null,
        button("✕", "Close the article (Escape)", close))),
    element("p", { className: "about", dir: "auto", textContent: data.about }));
  if (data.url) root.append(element("p", { className: "about" },
    element("a", { href: data.url, target: "_blank", rel: "noreferrer noopener", textContent: data.url })));
  root.append(article);
  if (data.count > 1) root.append(element("div", { className: "steps" },
    button("← Previous footnote", "Previous footnote", () => go(-1)),
    element("span", { className: "about", textContent: `${data.place} of ${data.count}` }),
    button("Next footnote →", "Next footnote", () => go(1))));
  return root;
}

// The footnote that is open, after a step another one than was clicked.
function follow(number) {
  const opener = document.footnoteOpener;
  const start = `Footnote ${number}:`;
  if (!opener || nameOf(opener).startsWith(start)) return;
  openedBy(controls(opener.closest(".footnote")).find((control) => nameOf(control).startsWith(start)) ?? opener);
}

function listen(root, close, go) {
  const pressed = (event) => {
    if (overlaid()) return;
    if (event.key === "Escape" && alone(event)) {
      event.stopImmediatePropagation(); // it is Stop's key too
      close();
    }
    if (event.key === "Tab" && covers.matches) stay(event, root);
    if (!alone(event) || !event.composedPath().includes(root)) return;
    if (event.key === "ArrowRight") go(1);
    if (event.key === "ArrowLeft") go(-1);
  };
  document.addEventListener("keydown", pressed, true);
  return () => document.removeEventListener("keydown", pressed, true);
}

function stay(event, root) {
  const all = controls(root);
  const focused = root.getRootNode().activeElement;
  const [last, next] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (focused !== last && root.contains(focused)) return;
  event.preventDefault();
  next.focus();
}

function cover(root) {
  const told = () => {
    root.role = covers.matches ? "dialog" : null;
    root.ariaModal = covers.matches ? "true" : null;
  };
  told();
  covers.addEventListener("change", told);
  return () => covers.removeEventListener("change", told);
}

// Scrolls the article, not the page; its box may get its size only later.
function centre(root) {
  const article = root.querySelector(".article");
  const mark = root.querySelector("mark");
  return watch(root, article, () => `${article.clientWidth} ${article.clientHeight}`, () => {
    if (!mark) return;
    const offset = mark.getBoundingClientRect().top - article.getBoundingClientRect().top;
    article.scrollTop += offset - article.clientHeight / 2 + mark.offsetHeight / 2;
  });
}

// The page becomes narrower as it makes room for the article; the sentence that was clicked must not move out of sight.
function keepInSight(root) {
  const beside = document.footnoteOpener?.closest(".footnote");
  if (!beside) return () => {};
  return watch(root, beside, () => beside.clientWidth, () => {
    const opener = document.footnoteOpener;
    (opener.closest(".sentence") ?? opener).scrollIntoView({ block: "nearest" });
  });
}

// Calls `act` when the size of a box is another than it was, also than in an earlier drawing of the same article.
function watch(root, box, size, act) {
  root.sizes ??= new Map();
  const observer = new ResizeObserver(() => {
    const before = root.sizes.get(box);
    root.sizes.set(box, size());
    if (before !== size()) act();
  });
  observer.observe(box);
  return () => observer.disconnect();
}
