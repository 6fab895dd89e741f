/// What islands say, in the language of the page (the server puts it into a meta element).
const words = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name="linli-words"]')?.content || "{}",
) as Record<string, string>;

export function word(key: string, value?: string | number): string {
  const text = words[key] ?? key;
  return value === undefined ? text : text.replace("%s", String(value));
}

/// “2 小时 5 分”: the two largest units, as the server writes them.
export function duration(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const [days, hours, mins] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = [];
  if (days) parts.push(`${days} ${word("day")}`);
  if (hours) parts.push(`${hours} ${word("hour")}`);
  if ((mins && !days) || minutes === 0) parts.push(`${mins} ${word("minute")}`);
  return parts.join(" ");
}
