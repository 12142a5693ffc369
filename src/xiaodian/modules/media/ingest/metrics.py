"""What the ingest tells Prometheus."""

from prometheus_client import Counter, Gauge

publications = Gauge("xiaodian_ingest_publications", "Publishers sending now")
publishers = Counter("xiaodian_ingest_publishers_total", "Publications that began")
segments = Counter("xiaodian_ingest_segments_total", "Segments stored")
segment_bytes = Counter("xiaodian_ingest_segment_bytes_total", "Bytes of segments stored")
