import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendError } from "./errors.ts";
import { plainPage } from "./pages.ts";

/** Vite puts files whose names carry their hash here. */
const HASHED_ASSETS = "/assets/";

/**
 * Serves the built single-page application, and its `index.html` for the addresses of its views. Where
 * nothing is built, a page says so.
 */
export async function serveWebApplication(app: FastifyInstance, distDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: distDir,
    // The page may be built, or built anew, while this program runs: files are looked up at each request.
    wildcard: true,
    index: false,
    // The document must never be older than the assets that it names.
    setHeaders: (reply, path) => {
      const isHashed = path.slice(distDir.length).startsWith(HASHED_ASSETS);
      reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-store");
    },
    cacheControl: false,
  });
  app.setNotFoundHandler((request, reply) =>
    isAddressOfView(request) ? sendDocument(reply, distDir) : sendNotFound(request, reply),
  );
  app.get("/", { schema: { hide: true } }, (_request, reply) => sendDocument(reply, distDir));
}

export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(reply, 404, {
    code: "NOT_FOUND",
    message: `there is nothing at ${request.method} ${pathOf(request)}`,
  });
}

/** Path without the query, which may hold a secret. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0]!;
}

/** Views have no file extension; a missing asset must not be answered with a document. */
function isAddressOfView(request: FastifyRequest): boolean {
  const path = pathOf(request);
  const lastSegment = path.slice(path.lastIndexOf("/") + 1);
  const isProgram = /^\/(api|ws)(\/|$)/.test(path);
  return (request.method === "GET" || request.method === "HEAD") && !isProgram && !lastSegment.includes(".");
}

async function sendDocument(reply: FastifyReply, distDir: string): Promise<FastifyReply> {
  reply.type("text/html; charset=utf-8").header("cache-control", "no-store");
  try {
    return reply.send(await readFile(join(distDir, "index.html")));
  } catch {
    return reply
      .code(503)
      .send(
        plainPage("The web application is not built", [
          "The backend runs, but there is no built page beside it.",
          "Run `npm run build` in the folder of PNM Lab and start it again; `npm start` does both.",
        ]),
      );
  }
}
