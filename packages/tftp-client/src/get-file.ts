import { TftpError } from "./errors.ts";
import { runExchange } from "./exchange.ts";
import { DEFAULTS, type GetOptions, requireValid } from "./options.ts";

/**
 * Downloads the file `name`, whole, of at most `maxBytes`.
 *
 * @throws TftpError; see its codes.
 */
export async function getFile(options: GetOptions): Promise<Uint8Array> {
  requireValid(options);
  const { blockSize = DEFAULTS.blockSize, maxBytes = DEFAULTS.maxBytes, name } = options;
  const tooLarge = () =>
    new TftpError("TFTP_TOO_LARGE", `TFTP file ${name} is larger than ${maxBytes} bytes`);
  // Lockstep: within a window, the package puts blocks together in the order in which they came.
  return await runExchange({ ...options, operation: "GET", blockSize, windowSize: 1 }, (client, settle) => {
    const stream = client.createGetStream(name, { userExtensions: {} });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let announcedBytes: number | null = null;
    stream.on("stats", (stats: { size: number | null }) => {
      announcedBytes = stats.size;
      if (announcedBytes !== null && announcedBytes > maxBytes) settle.reject(tooLarge());
    });
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) settle.reject(tooLarge());
    });
    stream.on("error", (error) => settle.reject(error));
    stream.on("end", () => {
      if (announcedBytes === null || announcedBytes === bytes) settle.resolve(Buffer.concat(chunks));
      else settle.reject(shortError(name, bytes, announcedBytes));
    });
    return stream._reader;
  });
}

function shortError(name: string, bytes: number, announcedBytes: number): TftpError {
  return new TftpError(
    "TFTP_PROTOCOL",
    `TFTP file ${name}: the server announced ${announcedBytes} bytes and sent ${bytes}`,
    { details: { bytes, announcedBytes } },
  );
}
