import { expect, test } from "vitest";
import { nextSort, type TableSort } from "./table-sort.ts";

test("a head that is clicked sorts by its column, names from A and numbers from the largest, and then turns round", () => {
  const start: TableSort<"name" | "size"> = { column: "name", isDescending: false };
  const bySize = nextSort(start, "size", false);
  expect(bySize).toEqual({ column: "size", isDescending: true });
  expect(nextSort(bySize, "size", false)).toEqual({ column: "size", isDescending: false });
  expect(nextSort(bySize, "name", true)).toEqual(start);
  expect(nextSort(start, "name", true)).toEqual({ column: "name", isDescending: true });
});
