// An article as plain text with one quote marked and scrolled to. Text nodes only: nothing in it is markup.
export default function ({ data, parentElement }) {
  const root = document.createElement("div");
  root.className = "footnote article";
  root.tabIndex = 0; // so that the keyboard can scroll it
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", `Article: ${data.title}`);
  const mark = document.createElement("mark");
  mark.textContent = data.quote;
  root.append(data.before, mark, data.after);

  parentElement.querySelector(".footnote")?.remove();
  parentElement.append(root);

  // Scroll the article, not the page. The box may get its size only after the dialog has opened.
  const centre = () => {
    const offset = mark.getBoundingClientRect().top - root.getBoundingClientRect().top;
    root.scrollTop += offset - root.clientHeight / 2 + mark.offsetHeight / 2;
  };
  const observer = new ResizeObserver(centre);
  observer.observe(root);
  requestAnimationFrame(centre);
  return () => observer.disconnect();
}
