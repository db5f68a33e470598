"""What scoring brings to the rail and to Settings."""

from common.places import PRODUCT, Page, Place, Setting

PLACES = (Place("Scoring", "adjustments-horizontal", "scoring", "scoring:rules"),)
SETTINGS_PAGES = (
    Page(
        PRODUCT, "Scoring", "Rules, matrix and triggers.", "adjustments-horizontal",
        "scoring:rules", "points score qualification",
        (
            Setting("Fit rules", "who industry size country points", "fit-title"),
            Setting("Engagement rules", "behavior half-life decay points", "engagement-title"),
            Setting("Matrix", "threshold bounds stage temperature mql sql iql grade", "matrix-title"),
            Setting("Triggers", "demo request contact hot", "triggers-title"),
            Setting("Disqualifiers", "competitor student exclude", "disqualifiers-title"),
        ),
    ),
)  # fmt: skip
