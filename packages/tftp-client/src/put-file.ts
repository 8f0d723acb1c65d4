import { runExchange } from "./exchange.ts";
import { DEFAULTS, MAX_BYTES_IN_FLIGHT, type PutOptions, requireValid, type TftpTarget } from "./options.ts";

/**
 * Uploads `data` under `name`. Resolves when the server has acknowledged the last block.
 *
 * @throws TftpError; see its codes.
 */
export async function putFile(options: PutOptions): Promise<void> {
  requireValid(options);
  const { blockSize = DEFAULTS.blockSize, data } = options;
  const mostBlocks = Math.max(1, Math.floor(MAX_BYTES_IN_FLIGHT / blockSize));
  const windowSize = Math.min(options.windowSize ?? DEFAULTS.windowSize, mostBlocks);
  // A copy: the caller may change its array while blocks of it are still to be sent.
  const content = Buffer.from(data);
  await runExchange<void>({ ...options, operation: "PUT", blockSize, windowSize }, (client, settle) => {
    const stream = client.createPutStream(options.name, { size: content.length, userExtensions: {} });
    stream.on("finish", () => settle.resolve());
    stream.on("error", (error) => settle.reject(error));
    // One chunk: with more, the end of the stream may overtake the end of the transfer, and no event comes.
    stream.end(content);
    return stream._writer!;
  });
}

/**
 * Empties the file `name`, which the embedded server takes as its deletion; other servers keep an
 * empty file, and readers are to take that for a deleted one.
 *
 * @throws TftpError; see its codes.
 */
export async function removeByEmptyWrite(target: TftpTarget): Promise<void> {
  await putFile({ ...target, data: new Uint8Array(0) });
}
