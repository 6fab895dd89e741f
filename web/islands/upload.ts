/// Photos: scaled down here, sent one by one with progress, tried again after a failure.
/// The plain file input below is what remains without it.
import { button, csrf } from "../dom";
import { word } from "../words";

const LONGEST_PX = 2048;

interface Answer { id?: string | number; thumb_url?: string | null; error?: string; title?: string }

async function scaled(file: File): Promise<Blob> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const factor = Math.min(1, LONGEST_PX / Math.max(image.width, image.height));
    if (factor === 1 && file.size < 1_500_000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * factor);
    canvas.height = Math.round(image.height * factor);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file; // the server says what is wrong with it
  }
}

class Upload {
  private readonly row = document.createElement("li");
  private readonly bar = document.createElement("progress");
  private readonly says = document.createElement("span");
  private readonly again = button(word("retry"), "refresh");
  private blind: HTMLImageElement | null = null;

  constructor(
    private readonly owner: HTMLElement,
    private readonly file: File,
    changed: () => void,
  ) {
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    image.addEventListener("error", () => { this.blind = image; }, { once: true }); // HEIC: few browsers draw it
    this.bar.max = 1;
    this.says.className = "upload-says";
    this.again.hidden = true;
    this.again.addEventListener("click", () => void this.send());
    const remove = button("", "x", "upload-remove");
    remove.title = word("remove");
    remove.ariaLabel = `${word("remove")} ${file.name}`;
    remove.addEventListener("click", () => {
      this.row.remove();
      changed();
    });
    this.row.append(image, this.bar, this.says, this.again, remove);
    owner.querySelector(".upload-list")?.append(this.row);
    void this.send();
  }

  private async send(): Promise<void> {
    this.again.hidden = true;
    this.row.dataset["state"] = "sending";
    this.says.textContent = word("uploading");
    const body = new FormData();
    body.append("file", await scaled(this.file), this.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", this.owner.dataset["uploadUrl"] ?? "");
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) this.bar.value = event.loaded / event.total;
    });
    request.addEventListener("error", () => {
      this.failed(word("uploadFailed"));
      addEventListener("online", () => {
        if (this.row.isConnected && this.row.dataset["state"] === "failed") void this.send();
      }, { once: true });
    });
    request.addEventListener("load", () => {
      const answer = request.response as Answer | null;
      if (request.status < 300 && answer?.id !== undefined) this.done(answer);
      else this.failed(answer?.error ?? answer?.title ?? word(request.status === 413 ? "tooLarge" : "uploadFailed"));
    });
    request.send(body);
  }

  private done(answer: Answer): void {
    if (this.blind && answer.thumb_url) {
      this.blind.src = answer.thumb_url + new URL(this.owner.dataset["uploadUrl"] ?? "", location.href).search;
    }
    this.row.dataset["state"] = "done";
    this.says.textContent = "";
    this.bar.hidden = true;
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = this.owner.dataset["name"] ?? "photo";
    input.value = String(answer.id);
    this.row.append(input);
    this.owner.dispatchEvent(new Event("linli:uploaded", { bubbles: true }));
  }

  private failed(why: string): void {
    this.row.dataset["state"] = "failed";
    this.says.textContent = why;
    this.again.hidden = false;
    this.owner.dispatchEvent(new Event("linli:upload-failed"));
  }
}

export default function mount(element: HTMLElement): void {
  const input = element.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input || !element.dataset["uploadUrl"]) return;
  const add = element.querySelector<HTMLElement>(".upload-add");
  const most = Number(element.dataset["max"] ?? 6);
  const count = (): number => element.querySelectorAll(".upload-list > li").length;
  const changed = (): void => {
    if (add) add.hidden = count() >= most;
  };
  input.addEventListener("change", () => {
    for (const file of [...(input.files ?? [])].slice(0, most - count())) new Upload(element, file, changed);
    input.value = "";
    changed();
  });
  // Who sends before a photo has arrived waits for it, and then it is sent.
  const form = element.closest("form");
  let waiting: { by: HTMLElement | null } | null = null;
  form?.addEventListener("submit", (event) => {
    if (!element.querySelector('[data-state="sending"]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { by: event.submitter };
    element.scrollIntoView({ block: "center" });
  }, { capture: true });
  element.addEventListener("linli:uploaded", () => {
    if (!waiting || element.querySelector('[data-state="sending"]')) return;
    const { by } = waiting;
    waiting = null;
    form?.requestSubmit(by);
  });
  element.addEventListener("linli:upload-failed", () => { waiting = null; });
}
