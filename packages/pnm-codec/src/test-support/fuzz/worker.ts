import { parentPort, workerData } from "node:worker_threads";
import { type FuzzOptions, runFuzz } from "./run.ts";

parentPort!.postMessage(runFuzz(workerData as FuzzOptions));
