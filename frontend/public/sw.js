/** Messages of shops that come while no page is open. Nothing is cached here: the server says what browsers keep. */
self.addEventListener("push", (event) => {
  const { title, body, link } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, icon: "/favicon.svg", data: { link } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Only pages of ours: whatever a message says, it leads nowhere else.
  const target = new URL(event.notification.data.link, self.location.origin);
  if (target.origin === self.location.origin) event.waitUntil(self.clients.openWindow(target.href));
});
