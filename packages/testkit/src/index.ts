export { type LabFile, readLabFile } from "./lab/lab-file.ts";
export { ensurePage } from "./lab/page.ts";
export { startTestLab, type TestLab, type TestLabOptions } from "./test-lab.ts";
