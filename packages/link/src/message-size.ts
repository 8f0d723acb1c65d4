/** The longest message that an agent takes; it ends the connection at a longer one. */
export const MAX_AGENT_MESSAGE_BYTES = 4 * 1024 * 1024;
