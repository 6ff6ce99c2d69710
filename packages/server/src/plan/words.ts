/** Numbers as people say them. */

export function seconds(value: number): string {
  if (value < 10) return `${Math.round(value * 10) / 10} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7_200) return `${Math.round(value / 60)} min`;
  return value < 172_800 ? `${Math.round(value / 360) / 10} h` : `${Math.round(value / 8_640) / 10} days`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} %`;
}

export function whole(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 10) / 10);
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** From Monday 00:00. */
export function hourOfWeek(value: number): string {
  const hour = Math.floor(value / 3_600);
  return `${DAYS[Math.floor(hour / 24) % 7]} ${String(hour % 24).padStart(2, '0')}:00`;
}
