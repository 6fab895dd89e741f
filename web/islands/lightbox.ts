/// Photos open large over the page; arrows go on, Escape closes. Without it the links open the files.
export default function mount(element: HTMLElement): void {
  const links = [...element.querySelectorAll<HTMLAnchorElement>("a[href]")];
  const box = document.createElement("dialog");
  box.className = "lightbox";
  const image = document.createElement("img");
  box.append(image);
  let at = 0;
  const show = (index: number): void => {
    at = (index + links.length) % links.length;
    image.src = links[at]?.href ?? "";
    image.alt = links[at]?.querySelector("img")?.alt ?? "";
    box.ariaLabel = image.alt;
  };
  box.addEventListener("click", () => box.close());
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at - 1);
  });
  box.addEventListener("close", () => box.remove());
  links.forEach((link, index) =>
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(index);
      document.body.append(box);
      box.showModal();
    }),
  );
}
