/** Where a program that listens on `host` is reached from this machine: every address includes its own. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
