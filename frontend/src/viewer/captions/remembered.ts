/** What this browser keeps of it. */
const KEY = "xd_captions";

export const remembered = {
  read(): boolean {
    try {
      return localStorage.getItem(KEY) === "1";
    } catch {
      return false;
    }
  },
  write(isOn: boolean): void {
    try {
      localStorage.setItem(KEY, isOn ? "1" : "0");
    } catch {
      // A browser that keeps nothing begins without.
    }
  },
};
