// An article beside the answer, with the quote marked and scrolled to; buttons and arrow keys go to other footnotes.
export default function ({ data, parentElement, setTriggerValue }) {
  const close = () => {
    setTriggerValue("close", true);
    if (document.footnoteOpener?.isConnected) document.footnoteOpener.focus();
  };
  const go = (step) => data.count > 1 && setTriggerValue("go", step);
  const article = element("div", { className: "article", tabIndex: 0, role: "region", dir: "auto" });
  article.setAttribute("aria-label", `Article: ${data.title}`);
  const mark = element("mark", { textContent: data.quote });
  article.append(data.before, ...(data.quote ? [mark] : []), data.after);

  const button = (text, label, onclick) =>
    element("button", { type: "button", className: "quiet", textContent: text, title: label, "aria-label": label, onclick });
  const root = element("section", { className: "footnote source" },
    element("div", { className: "head" },
      element("h2", { dir: "auto", textContent: data.title }),
      button("✕", "Close the article (Escape)", close)),
    element("p", { className: "about", dir: "auto", textContent: data.about }));
  if (data.url) root.append(element("p", { className: "about" },
    element("a", { href: data.url, target: "_blank", rel: "noreferrer noopener", textContent: data.url })));
  root.append(article);
  if (data.count > 1) root.append(element("div", { className: "steps" },
    button("← Previous footnote", "Previous footnote", () => go(-1)),
    element("span", { className: "about", textContent: `${data.place} of ${data.count}` }),
    button("Next footnote →", "Next footnote", () => go(1))));

  const held = [...parentElement.children].find((child) => child.classList.contains("footnote"));
  // On a step the keyboard stays where it was.
  const stays = held?.getRootNode().activeElement?.getAttribute("aria-label");
  held ? held.replaceWith(root) : parentElement.append(root);
  const kept = stays && [...root.querySelectorAll("button")].find((b) => b.getAttribute("aria-label") === stays);
  (kept || article).focus({ preventScroll: true });

  const pressed = (event) => {
    if (event.key === "Escape" && !document.querySelector('[role="dialog"]')) close();
    const inside = event.composedPath().includes(root);
    if (inside && event.key === "ArrowRight") go(1);
    if (inside && event.key === "ArrowLeft") go(-1);
  };
  document.addEventListener("keydown", pressed);

  // Scroll the article, not the page; its box may get its size only later.
  const centre = () => {
    if (!data.quote) return;
    const offset = mark.getBoundingClientRect().top - article.getBoundingClientRect().top;
    article.scrollTop += offset - article.clientHeight / 2 + mark.offsetHeight / 2;
  };
  const observer = new ResizeObserver(centre);
  observer.observe(article);
  requestAnimationFrame(centre);
  return () => {
    observer.disconnect();
    document.removeEventListener("keydown", pressed);
  };
}
