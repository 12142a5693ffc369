/** The areas of the message catalogue and their keys, one line each. */
import type common from "../../../../src/xiaodian/messages/zh/common.json";
import type console_ from "../../../../src/xiaodian/messages/zh/console.json";
import type consoleApps from "../../../../src/xiaodian/messages/zh/console_apps.json";
import type consoleImports from "../../../../src/xiaodian/messages/zh/console_imports.json";
import type consoleProducts from "../../../../src/xiaodian/messages/zh/console_products.json";
import type consoleInsights from "../../../../src/xiaodian/messages/zh/console_insights.json";
import type consoleDesk from "../../../../src/xiaodian/messages/zh/console_desk.json";
import type consoleStaff from "../../../../src/xiaodian/messages/zh/console_staff.json";
import type consoleWebhooks from "../../../../src/xiaodian/messages/zh/console_webhooks.json";
import type consoleOpen from "../../../../src/xiaodian/messages/zh/console_open.json";
import type consoleSurfacing from "../../../../src/xiaodian/messages/zh/console_surfacing.json";
import type deeds from "../../../../src/xiaodian/messages/zh/deeds.json";
import type errors from "../../../../src/xiaodian/messages/zh/errors.json";
import type sheets from "../../../../src/xiaodian/messages/zh/sheets.json";
import type surfacing from "../../../../src/xiaodian/messages/zh/surfacing.json";
import type viewer from "../../../../src/xiaodian/messages/zh/viewer.json";
import type viewerVideos from "../../../../src/xiaodian/messages/zh/viewer_videos.json";

export type Areas = {
  common: typeof common;
  console: typeof console_;
  console_apps: typeof consoleApps;
  console_imports: typeof consoleImports;
  console_products: typeof consoleProducts;
  console_insights: typeof consoleInsights;
  console_desk: typeof consoleDesk;
  console_staff: typeof consoleStaff;
  console_webhooks: typeof consoleWebhooks;
  console_open: typeof consoleOpen;
  console_surfacing: typeof consoleSurfacing;
  deeds: typeof deeds;
  errors: typeof errors;
  sheets: typeof sheets;
  surfacing: typeof surfacing;
  viewer: typeof viewer;
  viewer_videos: typeof viewerVideos;
};
