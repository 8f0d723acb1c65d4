import { randomBytes } from "node:crypto";
import { type Config, reachableHost } from "@pnmlab/config";
import { getFile, putFile, removeByEmptyWrite } from "@pnmlab/tftp-client";

/** A few bytes, on the machine of the server: it answers at once or not at all. */
const TRANSFER = { deadlineMs: 1000, retransmitMs: 300 };

/**
 * Puts a small file to the TFTP server that runs with this configuration, reads it back and removes it.
 * The name begins with a dot: the backend takes it for no capture.
 *
 * @throws TftpError where a step fails; Error where the content that comes back is another.
 */
export async function checkTftpServer({ tftpHost, tftpPort }: Pick<Config, "tftpHost" | "tftpPort">) {
  const host = reachableHost(tftpHost);
  const target = { ...TRANSFER, host, port: tftpPort, name: `.pnmlab-check-${process.pid}` };
  const data = randomBytes(32);
  try {
    await putFile({ ...target, data });
    if (!data.equals(await getFile(target))) {
      throw new Error(`a file put to ${host}:${tftpPort} came back with another content`);
    }
  } catch (error) {
    await removeByEmptyWrite(target).catch(() => undefined);
    throw error;
  }
  await removeByEmptyWrite(target);
  return `a file put to ${host}:${tftpPort} was read back and removed`;
}
