const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment as the field reads it, in this machine's time zone: `09:12:07`, on another day `20 Nov 22:41`. */
export function clockText(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return isToday
    ? `${minutes}:${two(at.getSeconds())}`
    : `${at.getDate()} ${MONTHS[at.getMonth()]} ${minutes}`;
}
