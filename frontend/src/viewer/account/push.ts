/** Messages that come to this browser while no page is open: only after a person has said so in it. */
import { api, ok } from "../../lib/api/client";

export const canPush = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export async function isPushOn(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return Boolean(await registration?.pushManager.getSubscription());
}

/** Asks the person by way of the browser; false: they do not want it. */
export async function turnPushOn(): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { public_key } = await ok(api.GET("/api/me/push"));
  await navigator.serviceWorker.register("/sw.js");
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
  const { endpoint, keys } = subscription.toJSON();
  await ok(api.PUT("/api/me/push", { body: { endpoint: endpoint ?? "", receiver_key: keys?.p256dh ?? "", auth: keys?.auth ?? "" } }));
  return true;
}

export async function turnPushOff(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await ok(api.POST("/api/me/push/removal", { body: { endpoint: subscription.endpoint } }));
  await subscription.unsubscribe();
}
