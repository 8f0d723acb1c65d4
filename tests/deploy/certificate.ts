import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a certificate of this address that was valid for one day of the year 2020; needs openssl. */
export function expiredCertificate(folder: string, address: string): { key: Buffer; cert: Buffer } {
  const [key, request, cert, config] = ["key.pem", "request.pem", "cert.pem", "ca.cnf"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", ...curve, "-keyout", key, "-out", request, "-subj", `/CN=${address}`);
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(
    config,
    `[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = address
[any]
commonName = supplied
[address]
subjectAltName = IP:${address}
`,
  );
  const days = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
  openssl(
    "ca",
    "-batch",
    "-notext",
    "-selfsign",
    "-config",
    config,
    "-keyfile",
    key,
    "-in",
    request,
    "-out",
    cert,
    ...days,
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
