export { Doctor, type DoctorOptions } from "./doctor.ts";
