import { readFile, realpath } from "node:fs/promises";

/** Whether a folder lies on a mount other than the root file system, as /proc/self/mountinfo has it. */
export async function isOnMount(folder: string): Promise<boolean> {
  const [path, mountinfo] = await Promise.all([realpath(folder), readFile("/proc/self/mountinfo", "utf8")]);
  return mountPoints(mountinfo).some(
    (point) => point !== "/" && (path === point || path.startsWith(`${point}/`)),
  );
}

/** Mount points of /proc/self/mountinfo (proc(5)): the fifth field, in which \040 stands for a space. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((field) => field !== undefined)
    .map((field) =>
      field.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}
