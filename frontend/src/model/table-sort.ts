/** The column whose order the rows of a table are in. */
export interface TableSort<Column extends string> {
  column: Column;
  isDescending: boolean;
}

/**
 * The next order when the head of a column is clicked: a second click turns it round.
 *
 * @param ascendsFirst a new column begins with its smallest, as names do; numbers begin with their largest
 */
export function nextSort<Column extends string>(
  sort: TableSort<Column>,
  column: Column,
  ascendsFirst: boolean,
): TableSort<Column> {
  return { column, isDescending: sort.column === column ? !sort.isDescending : !ascendsFirst };
}
