import { readFileSync, watch } from "node:fs";
import { join } from "node:path";

// What the figures of the programs are set beside, each in a process of its own in the same minutes: one that
// does nothing, and one that watches the TFTP directory and reads the files of the captures, no more.

const [directory = ""] = process.argv.slice(2);
const read: [name: string, atMs: number][] = [];

function take(name: string): void {
  try {
    const bytes = readFileSync(join(directory, name));
    if (bytes.length > 0) read.push([name, performance.timeOrigin + performance.now()]);
  } catch {
    // The product was faster and has removed it.
  }
}

if (directory !== "") {
  watch(directory, (type, name) => {
    if (type === "rename" && name?.startsWith("pnmlab_")) take(name);
  });
}
process.on("message", (message: { type: string }) => {
  if (message.type === "reads") process.send?.({ type: "reads", read: read.splice(0) });
});
process.on("disconnect", () => process.exit());
process.channel?.ref();
process.send?.({ type: "ready" });
