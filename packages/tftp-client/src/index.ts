export { TftpError, type TftpErrorCode } from "./errors.ts";
export { getFile } from "./get-file.ts";
export type { GetOptions, PutOptions, TftpTarget } from "./options.ts";
export { putFile, removeByEmptyWrite } from "./put-file.ts";
