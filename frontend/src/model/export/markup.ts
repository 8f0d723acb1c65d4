/** Text as XML and HTML take it, also within quotes. */
export function escaped(text: string | number): string {
  return (
    String(text)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // What XML does not allow at all.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, "")
  );
}

/** An element of SVG; attributes that are undefined are left out. `content` is markup. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  content = "",
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? short(value) : value!)}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A number with a hundredth of a pixel at most. */
export function short(value: number): number {
  return Math.round(value * 100) / 100;
}
