/** Only what our charts need of ECharts; loaded when a chart is first shown. */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, AxisPointerComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export { init };
