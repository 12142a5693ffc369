/** What the pages of imports say to the server. */
import { ApiProblem, type Schemas, api, ok, toProblem } from "../../lib/api/client";
import { newKey } from "../../lib/api/attempt";
import { t } from "../../lib/i18n/index.svelte";
import { shopId } from "../state/session.svelte";

export type Job = Schemas["Job"];
export type JobRow = Schemas["JobRow"];
export type Outcome = JobRow["outcome"];

const path = () => ({ shop_id: shopId() });

/** Sends a file as it is, told how much of it has gone. (fetch cannot tell.) */
export function sendFile(file: File, onprogress: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/shops/${shopId()}/job-files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => onprogress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ApiProblem(0, "offline", t("offline")));
    request.onload = () => {
      const body: unknown = parse(request.responseText);
      if (request.status === 201) resolve((body as Schemas["InputFile"]).file_id);
      else reject(toProblem(new Response(null, { status: request.status || 500 }), body));
    };
    request.send(file);
  });
}

export function submitJob(kind: string, options: Record<string, unknown>, file_id: string | null = null): Promise<Job> {
  const params = { path: path(), header: { "Idempotency-Key": newKey() } };
  return ok(api.POST("/api/shops/{shop_id}/jobs", { params, body: { kind, options, file_id } }));
}

export function getJob(job_id: string): Promise<Job> {
  return ok(api.GET("/api/shops/{shop_id}/jobs/{job_id}", { params: { path: { ...path(), job_id } } }));
}

export function cancelJob(job_id: string): Promise<Job> {
  return ok(api.POST("/api/shops/{shop_id}/jobs/{job_id}/cancellation", { params: { path: { ...path(), job_id } } }));
}

export function listJobs(cursor: string | undefined): Promise<{ items: Job[]; next_cursor: string | null }> {
  return ok(api.GET("/api/shops/{shop_id}/jobs", { params: { path: path(), query: { cursor, limit: 20 } } }));
}

export function listRows(job_id: string, outcome: Outcome | "", cursor: string | undefined): Promise<{ items: JobRow[]; next_cursor: string | null }> {
  const query = { outcome: outcome || undefined, cursor, limit: 50 };
  return ok(api.GET("/api/shops/{shop_id}/jobs/{job_id}/rows", { params: { path: { ...path(), job_id }, query } }));
}

export type SourceView = Schemas["SourceView"];

export async function listSources(): Promise<SourceView[]> {
  return (await ok(api.GET("/api/shops/{shop_id}/sources", { params: { path: path() } }))).items;
}

export function addSource(body: Schemas["SourceInput"]): Promise<SourceView> {
  return ok(api.POST("/api/shops/{shop_id}/sources", { params: { path: path() }, body }));
}

export async function removeSource(source_id: string): Promise<void> {
  await ok(api.DELETE("/api/shops/{shop_id}/sources/{source_id}", { params: { path: { ...path(), source_id } } }));
}

export const fileOf = (job_id: string, which: "result" | "refusals") => `/api/shops/${shopId()}/jobs/${job_id}/files/${which}`;
export const templateOf = (format: "csv" | "xlsx", isChinese: boolean) =>
  `/api/shops/${shopId()}/product-template?format=${format}&is_chinese=${String(isChinese)}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
