import type { DatabaseSync } from "node:sqlite";
import type { BuildInfo } from "@pnmlab/protocol";

/** An agent as it was when it last connected. */
export interface KnownAgent {
  name: string;
  address: string;
  lastConnectedAt: string;
  hostName: string;
  build: BuildInfo;
  profiles: string[];
}

export interface AgentStore {
  list(): KnownAgent[];
  save(agent: KnownAgent): void;
}

/** Agents that have connected before, in the database. */
export function createAgentStore(database: DatabaseSync): AgentStore {
  const list = database.prepare("SELECT * FROM agents ORDER BY name");
  const save = database.prepare(
    `INSERT INTO agents (name, address, last_connected_at, host_name, build, profiles) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET address = excluded.address, last_connected_at = excluded.last_connected_at,
       host_name = excluded.host_name, build = excluded.build, profiles = excluded.profiles`,
  );
  return {
    list: () =>
      list.all().map((row) => ({
        name: String(row.name),
        address: String(row.address),
        lastConnectedAt: String(row.last_connected_at),
        hostName: String(row.host_name),
        build: JSON.parse(String(row.build)) as BuildInfo,
        profiles: JSON.parse(String(row.profiles)) as string[],
      })),
    save: (agent) => {
      save.run(
        agent.name,
        agent.address,
        agent.lastConnectedAt,
        agent.hostName,
        JSON.stringify(agent.build),
        JSON.stringify(agent.profiles),
      );
    },
  };
}
