#!/usr/bin/env python3
"""Makes windows_zones.tsv from CLDR: windows_zones.py .../cldr-core/supplemental/windowsZones.json > windows_zones.tsv"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as source:
    supplemental = json.load(source)["supplemental"]
print(f"# CLDR {supplemental['version']['_cldrVersion']}, windowsZones, territory 001; made by windows_zones.py; see README.md")
zones = [entry["mapZone"] for entry in supplemental["windowsZones"]["mapTimezones"]]
for zone in sorted(zones, key=lambda zone: zone["_other"]):
    if zone["_territory"] == "001":
        print(f"{zone['_other']}\t{zone['_type']}")
