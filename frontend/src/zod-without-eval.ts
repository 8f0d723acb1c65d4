import { z } from "zod";

// The page forbids eval, and zod's compiled parsers would try it. Imported before any schema is made.
z.config({ jitless: true });
