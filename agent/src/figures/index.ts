export { figuresOf } from "./figures.ts";
export { FiguresTeller } from "./figures-teller.ts";
