/// How long an event stream may be silent. A cable that is pulled out closes nothing, and the browser would
/// go on waiting: but the server says something on every stream at least every 20 s (live/hub.py, PING_S).
const SILENT_MS = 30_000;

export class Silence {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /// `dead` is called once nothing has been heard for too long.
  constructor(private readonly dead: () => void) {}

  heard(): void {
    this.end();
    this.timer = setTimeout(this.dead, SILENT_MS);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
