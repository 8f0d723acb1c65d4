import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { messageOf, withDeadline } from "@pnmlab/kit";
import { fail, pass, type Verdict, warn } from "../health/verdict.ts";

const CONNECT_DEADLINE_MS = 4000;
const DAY_MS = 24 * 3_600_000;

/** Time enough to renew it by hand. */
const WARN_DAYS = 21;

const EXPECTED = `a trusted certificate of that name with more than ${WARN_DAYS} days left`;

interface Shown {
  certificate: PeerCertificate;
  /** Why this machine does not trust it; undefined where it does. */
  distrust: string | undefined;
}

/** Looks at the certificate with which the reverse proxy in front of this backend answers. */
export async function checkCertificate(publicUrl: string, now: () => number): Promise<Verdict> {
  const { hostname, port, host } = new URL(publicUrl);
  let shown: Shown;
  try {
    shown = await readCertificate(hostname.replace(/^\[|\]$/g, ""), Number(port || 443));
  } catch (error) {
    return warn(
      `${host} could not be asked for its certificate (${messageOf(error)})`,
      EXPECTED,
      "check PNMLAB_PUBLIC_URL and the reverse proxy; where only this machine cannot reach it, look from another",
    );
  }
  return judgeCertificate(shown, hostname, now());
}

async function readCertificate(host: string, port: number): Promise<Shown> {
  // An expired certificate is to be looked at, not to end the connection.
  const socket: TLSSocket = connect({ host, port, servername: host, rejectUnauthorized: false });
  try {
    const opened = new Promise<Shown>((resolve, reject) => {
      socket.once("secureConnect", () =>
        resolve({
          certificate: socket.getPeerCertificate(),
          distrust: socket.authorized ? undefined : String(socket.authorizationError),
        }),
      );
      socket.once("error", reject);
    });
    return await withDeadline(opened, CONNECT_DEADLINE_MS, `the TLS handshake with ${host}:${port}`);
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
}

function judgeCertificate({ certificate, distrust }: Shown, hostname: string, nowMs: number): Verdict {
  const fix = "renew the certificate of the reverse proxy and reload it";
  const untilMs = Date.parse(certificate.valid_to);
  const fromMs = Date.parse(certificate.valid_from);
  const until = new Date(untilMs).toISOString().slice(0, 16).replace("T", " ");
  if (nowMs > untilMs)
    return fail(`the certificate of ${hostname} has expired on ${until} UTC`, EXPECTED, fix);
  if (nowMs < fromMs) {
    return fail(
      `the certificate of ${hostname} is not valid yet`,
      EXPECTED,
      "check the clock of this machine",
    );
  }
  const mismatch = checkServerIdentity(hostname, certificate);
  if (mismatch) {
    return fail(
      `the certificate is not one of ${hostname} (${mismatch.message})`,
      EXPECTED,
      "use one of that name, or correct PNMLAB_PUBLIC_URL",
    );
  }
  const days = Math.floor((untilMs - nowMs) / DAY_MS);
  const found = `the certificate of ${hostname} is valid until ${until} UTC, ${days} days`;
  if (days < WARN_DAYS) return warn(found, EXPECTED, fix);
  if (distrust === undefined) return pass(found, EXPECTED);
  return warn(
    `${found}, but this machine does not trust it (${distrust})`,
    EXPECTED,
    "let the reverse proxy send the whole chain; where the authority is your own, give it to browsers and to NODE_EXTRA_CA_CERTS of backend and agents",
  );
}
