/** The addresses that payment providers, and the sandbox, send the buyer to. Pure. */
export type Returned = {
  chargeId: string;
  /** Who pays, as WeChat's sign-in page has it; empty if the buyer was not there. */
  payerCode: string;
};

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SANDBOX = /^\/pay\/sandbox\/([^/]+)\/?$/;

export function readReturn(path: string, query: URLSearchParams): Returned | null {
  const chargeId = (path === "/" ? query.get("charge") : SANDBOX.exec(path)?.[1]) ?? "";
  return ID.test(chargeId) ? { chargeId, payerCode: query.get("code") ?? "" } : null;
}

/** Where a provider shall send the buyer back to. */
export function returnAddress(chargeId: string): string {
  return `/?charge=${chargeId}`;
}
