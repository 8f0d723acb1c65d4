/** The compiler of .vue files, for configurations outside of this package: only this package depends on it. */
export { default as vue } from "@vitejs/plugin-vue";
